-- SPDX-License-Identifier: GPL-3.0-or-later
-- All that occupies a lane, sorted and not by an index: what the exclusion constraint should have kept apart is looked at without it.
-- $1 pole int4 → resource, lane, start, end, booking in order of resource, lane, start
select resource_id, lane, seconds(lower(during)), seconds(upper(during)), booking
from allocation
where pole_id = $1 and occupies
order by resource_id, lane, lower(during), upper(during)
