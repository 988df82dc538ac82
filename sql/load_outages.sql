-- SPDX-License-Identifier: GPL-3.0-or-later
-- Outages that have not been lifted and end after a moment, in order of number.
-- $1 pole int4, $2 floor int8 → number, resource, lane, start, end (0: none), made_by, made_at
select number, resource_id, lane, date_part('epoch', starts)::int8, coalesce(date_part('epoch', ends)::int8, 0), made_by,
       date_part('epoch', made_at)::int8
from outage
where pole_id = $1 and lifted_at is null and (ends is null or ends > to_timestamp($2::int8)) order by number
