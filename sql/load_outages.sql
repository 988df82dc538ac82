-- SPDX-License-Identifier: GPL-3.0-or-later
-- Outages and closures that have not been lifted and end after a moment, in order of number.
-- $1 pole int4, $2 floor int8 → number, resource, lane, start, end (0: none), made_by, made_at, is_closure
select number, resource_id, lane, seconds(starts), coalesce(seconds(ends), 0), made_by, seconds(made_at), is_closure
from outage
where pole_id = $1 and lifted_at is null and (ends is null or ends > to_timestamp($2::int8)) order by number
