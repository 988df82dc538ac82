-- SPDX-License-Identifier: GPL-3.0-or-later
-- All outages and closures, the lifted ones too, for comparison with the log.
-- $1 pole int4 → part (''), number, then the columns that daemon/verify_image.c names, in order of number
select '', number, resource_id, lane, seconds(starts), coalesce(seconds(ends), 0), made_by, seconds(made_at),
       coalesce(seconds(lifted_at), 0), is_closure
from outage
where pole_id = $1
order by number
