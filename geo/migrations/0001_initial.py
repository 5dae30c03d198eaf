import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='DataSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='short name')),
                ('name_zh', models.CharField(max_length=200, verbose_name='name (Chinese)')),
                ('name_en', models.CharField(max_length=200, verbose_name='name (English)')),
                ('owner', models.CharField(blank=True, max_length=200, verbose_name='owner')),
                ('year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='year')),
                ('licence', models.CharField(blank=True, max_length=200, verbose_name='licence')),
                ('method', models.TextField(blank=True, verbose_name='method')),
                ('is_synthetic', models.BooleanField(default=False, verbose_name='synthetic')),
                ('is_modelled', models.BooleanField(default=False, verbose_name='modelled')),
                ('file_name', models.CharField(blank=True, max_length=255, verbose_name='file')),
                ('digest', models.CharField(blank=True, max_length=32, verbose_name='digest')),
            ],
            options={
                'verbose_name': 'data source',
                'verbose_name_plural': 'data sources',
                'ordering': ['slug'],
            },
        ),
        migrations.CreateModel(
            name='Occupation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                ('name_zh', models.CharField(max_length=40, verbose_name='name (Chinese)')),
                ('name_en', models.CharField(max_length=80, verbose_name='name (English)')),
            ],
            options={
                'verbose_name': 'occupation',
                'verbose_name_plural': 'occupations',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Region',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=12, verbose_name='code (GB/T 2260)')),
                ('path', models.CharField(db_index=True, editable=False, max_length=60, verbose_name='path')),
                ('name_zh', models.CharField(max_length=80, verbose_name='name (Chinese)')),
                ('name_en', models.CharField(blank=True, max_length=120, verbose_name='name (English)')),
                ('level', models.CharField(choices=[('province', 'province'), ('prefecture', 'prefecture-level city'), ('county', 'county-level unit'), ('township', 'township or subdistrict')], max_length=12, verbose_name='level')),
                ('unit_type', models.CharField(choices=[('statutory', 'statutory unit'), ('functional_zone', 'functional zone')], default='statutory', max_length=16, verbose_name='unit type')),
                ('settlement_class', models.CharField(choices=[('urban', 'urban'), ('rural', 'rural'), ('mixed', 'mixed')], default='mixed', max_length=6, verbose_name='urban/rural class')),
                ('boundary', django.contrib.gis.db.models.fields.MultiPolygonField(blank=True, null=True, srid=4326, verbose_name='boundary')),
                ('area_km2', models.FloatField(blank=True, null=True, verbose_name='area (km², geodesic)')),
                ('resident_persons', models.PositiveIntegerField(blank=True, null=True, verbose_name='residents')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid until (exclusive)')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='geo.region', verbose_name='parent')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='regions', to='geo.datasource', verbose_name='source')),
            ],
            options={
                'verbose_name': 'region',
                'verbose_name_plural': 'regions',
                'ordering': ['code', 'valid_from'],
                'constraints': [models.UniqueConstraint(fields=('code', 'valid_from'), name='region_code_unique_from'), models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='region_valid_period'), models.CheckConstraint(condition=models.Q(('level', 'province'), ('parent__isnull', False), _connector='OR'), name='region_has_parent'), models.CheckConstraint(condition=models.Q(('code__regex', '^[0-9]{6}([0-9]{3}([0-9]{3})?)?$')), name='region_code_digits')],
            },
        ),
        migrations.CreateModel(
            name='DemandCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('h3_index', models.CharField(max_length=16, verbose_name='H3 cell')),
                ('settlement_class', models.CharField(choices=[('urban', 'urban'), ('rural', 'rural')], max_length=5, verbose_name='urban/rural class')),
                ('location', django.contrib.gis.db.models.fields.PointField(srid=4326, verbose_name='centre')),
                ('area_km2', models.FloatField(verbose_name='area (km²)')),
                ('workers_persons', models.PositiveIntegerField(verbose_name='gig workers')),
                ('workers_by_group', models.JSONField(blank=True, default=dict, verbose_name='gig workers by group')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('confidence', models.CharField(choices=[('high', 'high'), ('medium', 'medium'), ('low', 'low')], max_length=6, verbose_name='confidence')),
                ('is_modelled', models.BooleanField(verbose_name='modelled')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='demand_cells', to='geo.datasource', verbose_name='source')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='demand_cells', to='geo.region', verbose_name='region')),
            ],
            options={
                'verbose_name': 'demand cell',
                'verbose_name_plural': 'demand cells',
                'ordering': ['h3_index'],
                'constraints': [models.UniqueConstraint(fields=('h3_index', 'source'), name='demandcell_unique_by_source'), models.CheckConstraint(condition=models.Q(('area_km2__gt', 0)), name='demandcell_area_positive'), models.CheckConstraint(condition=models.Q(('workers_persons__gte', 0)), name='demandcell_workers_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Venue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, verbose_name='code')),
                ('name_zh', models.CharField(max_length=120, verbose_name='name (Chinese)')),
                ('name_en', models.CharField(blank=True, max_length=160, verbose_name='name (English)')),
                ('kind', models.CharField(choices=[('gig_market_comprehensive', 'comprehensive gig market'), ('gig_market_trade', 'trade-specific gig market'), ('branch_market', 'branch market'), ('gig_station', 'gig station'), ('doorstep_station', 'doorstep employment station'), ('public_hr_market', 'public HR market'), ('grassroots_hrss_platform', 'grassroots HRSS platform'), ('migrant_service_centre', 'migrant-worker service centre'), ('private_hr_agency', 'HR service agency'), ('informal_gathering_point', 'informal gathering point'), ('candidate_site', 'candidate site')], db_index=True, max_length=32, verbose_name='kind')),
                ('status', models.CharField(choices=[('planned', 'planned'), ('candidate', 'candidate'), ('preparing', 'preparing'), ('building', 'building'), ('trial', 'trial operation'), ('operating', 'operating'), ('accepted', 'accepted'), ('suspended', 'suspended'), ('relocated', 'relocated'), ('closed', 'closed')], db_index=True, max_length=12, verbose_name='status')),
                ('location', django.contrib.gis.db.models.fields.PointField(srid=4326, verbose_name='location')),
                ('source_datum', models.CharField(choices=[('wgs84', 'WGS-84'), ('cgcs2000', 'CGCS2000'), ('gcj02', 'GCJ-02'), ('bd09', 'BD-09')], default='wgs84', max_length=12, verbose_name='datum of the source')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                ('floor_area_m2', models.FloatField(blank=True, null=True, verbose_name='floor area (m²)')),
                ('capacity_persons', models.PositiveIntegerField(blank=True, null=True, verbose_name='capacity (workers it can serve)')),
                ('staff_persons', models.PositiveIntegerField(blank=True, null=True, verbose_name='staff')),
                ('waiting_persons', models.PositiveIntegerField(blank=True, null=True, verbose_name='workers seen waiting (gathering points)')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('operator', models.CharField(blank=True, max_length=160, verbose_name='operator')),
                ('occupations', models.ManyToManyField(blank=True, related_name='venues', to='geo.occupation', verbose_name='occupations')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='venues', to='geo.region', verbose_name='region')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='venues', to='geo.datasource', verbose_name='source')),
            ],
            options={
                'verbose_name': 'venue',
                'verbose_name_plural': 'venues',
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('floor_area_m2__isnull', True), ('floor_area_m2__gt', 0), _connector='OR'), name='venue_area_positive'), models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='venue_code_given')],
            },
        ),
        migrations.CreateModel(
            name='OpeningHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday_mask', models.PositiveSmallIntegerField(default=127, verbose_name='weekdays')),
                ('season', models.CharField(choices=[('all_year', 'all year'), ('summer', 'summer (May to September)'), ('winter', 'winter (October to April)')], default='all_year', max_length=10, verbose_name='season')),
                ('opens_at', models.TimeField(verbose_name='opens')),
                ('closes_at', models.TimeField(verbose_name='closes')),
                ('venue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='opening_hours', to='geo.venue', verbose_name='venue')),
            ],
            options={
                'verbose_name': 'opening hours',
                'verbose_name_plural': 'opening hours',
                'ordering': ['venue_id', 'season', 'opens_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('weekday_mask__gte', 1), ('weekday_mask__lte', 127)), name='openinghours_weekdays'), models.UniqueConstraint(models.F('venue'), models.F('season'), models.F('weekday_mask'), models.F('opens_at'), name='openinghours_unique_span')],
            },
        ),
        migrations.CreateModel(
            name='NetworkSnapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('kind', models.CharField(choices=[('osm', 'OpenStreetMap extract'), ('osmnx', 'OSMnx graph'), ('edges', 'edge table'), ('synthetic', 'generated')], max_length=10, verbose_name='kind')),
                ('digest', models.CharField(max_length=32, unique=True, verbose_name='digest')),
                ('extent', django.contrib.gis.db.models.fields.PolygonField(srid=4326, verbose_name='extent')),
                ('modes', models.JSONField(verbose_name='modes')),
                ('node_count', models.PositiveIntegerField(verbose_name='nodes')),
                ('edge_count', models.PositiveIntegerField(verbose_name='edges')),
                ('length_km', models.FloatField(verbose_name='length (km)')),
                ('report', models.JSONField(blank=True, default=dict, verbose_name='build report')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='networks', to='geo.datasource', verbose_name='source')),
            ],
            options={
                'verbose_name': 'street network',
                'verbose_name_plural': 'street networks',
                'ordering': ['-created_at', '-pk'],
                'get_latest_by': 'created_at',
                'constraints': [models.CheckConstraint(condition=models.Q(('edge_count__gt', 0), ('node_count__gt', 0)), name='networksnapshot_not_empty')],
            },
        ),
    ]
