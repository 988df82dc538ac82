-- SPDX-License-Identifier: GPL-3.0-or-later
-- Use of bookings that begin in [from, to): those not cancelled, their seconds without buffers, and those cancelled.
-- $1 pole int4, $2 from int8, $3 to int8, $4 by member bool, $5 by resource bool, $6 by month bool (local time of $7 zone text)
-- → member, resource, month ('2026-12'), each null where not asked for; bookings, seconds, cancelled; in that order
select case when $4 then member end as member, case when $5 then resource_id end as resource,
       case when $6 then to_char(starts at time zone $7, 'YYYY-MM') end as month,
       count(*) filter (where state <> 'cancelled') as bookings,
       coalesce(sum(date_part('epoch', ends - starts)) filter (where state <> 'cancelled'), 0)::int8 as seconds,
       count(*) filter (where state = 'cancelled') as cancelled
from booking
where pole_id = $1 and starts >= to_timestamp($2::int8) and starts < to_timestamp($3::int8)
group by 1, 2, 3 order by 1, 2, 3
