/** Shapes of what the server sends and what the page keeps. */

declare global {
  /** The classic script of protomaps-leaflet. */
  const protomapsL: typeof import("protomaps-leaflet");

  type Language = "zh-hans" | "en";
  type Level = "county" | "prefecture";
  type Method = "natural" | "quantile" | "equal";
  type SelectionKind = "region" | "venue" | "site" | "cell";
  type TableName = "regions" | "sites" | "venues";
  type Named = { name_zh: string; name_en: string };
  type Picked = { kind: SelectionKind; id: string };
  type View = { latitude: number; longitude: number; zoom: number };

  type State = {
    run: string;
    recommendation: string;
    level: Level;
    indicator: string;
    method: Method;
    layers: string[];
    year: number;
    selection: Picked | null;
    table: TableName | null;
    sort: string;
    view: View | null;
  };

  type Result = {
    workers_persons: number;
    served_persons: number;
    over_capacity_persons: number;
    out_of_reach_persons: number;
    served_share: number | null;
    reached_share: number | null;
    reached_area_share: number | null;
    median_minutes: number | null;
    p90_minutes: number | null;
    gini_minutes: number | null;
  };

  type RegionProperties = Result & Named & { code: string; level: string; out_of_reach_share: number | null; over_capacity_share: number | null };
  type VenueProperties = Named & {
    code: string;
    kind: string;
    status: string;
    region_code: string;
    capacity_persons: number | null;
    floor_area_m2: number | null;
    waiting_persons: number | null;
    opening_hours: Array<{ weekday_mask: number; season: string; opens_at: string; closes_at: string }>;
  };
  type CellProperties = { h3_index: string; out_of_reach_persons: number; region_code: string };
  type SiteProperties = Named & {
    rank: number;
    action: "integrate" | "renovate" | "build";
    year: number;
    cost_yuan: number;
    newly_reached_persons: number;
    overlap_persons: number;
    lost_without_persons: number;
    in_reach_persons: number;
    region_code: string;
    floor_area_m2: number;
    capacity_persons: number;
    standard_gap: Array<string | (Partial<{ zh: string; en: string; name_zh: string; name_en: string; code: string }>)>;
  };

  type PointFeature<P> = { properties: P; geometry: { type: "Point"; coordinates: [number, number] } };
  type AreaFeature<P> = {
    type: "Feature";
    properties: P;
    geometry: { type: "Polygon"; coordinates: number[][][] } | { type: "MultiPolygon"; coordinates: number[][][][] } | null;
  };

  type Sentence = { code?: string; zh?: string; en?: string; count?: number } | string;

  type Run = {
    digest: string;
    standard: Named & { slug: string };
    /** Whose speeds; null for the plain ones, the only ones that the page opens with by itself. */
    profile: Named | null;
    region: Named & { code: string; level: string };
    network_digest: string;
    demand_digest: string;
    venues_digest: string;
    parameters_digest: string;
    engine_version: string;
    finished_at: string;
    warnings: Sentence[];
    result: Result | null;
  };

  /** Of the whole plan; null for those who may see a part of it only. */
  type Sums = {
    workers_persons: number;
    reached_before_persons: number;
    reached_after_persons: number;
    served_before_persons: number;
    served_after_persons: number;
    cost_yuan: number;
  };

  type Recommendation = {
    digest: string;
    run: string;
    plan: Named & { phases: Array<{ year: number; sites: number; budget_yuan: number | null }> };
    sums: Sums | null;
    gap_share: number | null;
    method: string;
    engine_version: string;
    unmet: Sentence[];
    warnings: Sentence[];
    report_url: string;
  };

  type Boot = {
    language: Language;
    api: string;
    basemap: { kind: "pmtiles"; url: string } | { kind: "service"; url: string; attribution: string } | { kind: "none" };
    runs: Run[];
    recommendations: Recommendation[];
    demand: { year: number | null; is_modelled: boolean } | null;
    has: { grant: boolean; regions: boolean; network: boolean; venues: boolean; demand: boolean };
  };
}

export {};
