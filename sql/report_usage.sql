-- SPDX-License-Identifier: GPL-3.0-or-later
-- Use of bookings that begin in [from, to): those not cancelled, the seconds of each of their things without buffers, and
-- those cancelled. A thing that was given back by itself no longer counts.
-- $1 pole int4, $2 from int8, $3 to int8, $4 by member bool, $5 by resource bool, $6 by month bool (local time of $7 zone text)
-- → member, resource, month ('2026-12'), each null where not asked for; bookings, seconds, cancelled; in that order
select case when $4 then b.member end as member, case when $5 then coalesce(i.resource_id, b.resource_id) end as resource,
       case when $6 then to_char(b.starts at time zone $7, 'YYYY-MM') end as month,
       count(distinct b.number) filter (where b.state <> 'cancelled') as bookings,
       coalesce(sum(date_part('epoch', coalesce(i.ends - i.starts, b.ends - b.starts)) * coalesce(i.quantity, 1))
		filter (where b.state <> 'cancelled'), 0)::int8 as seconds,
       count(distinct b.number) filter (where b.state = 'cancelled') as cancelled
from booking b left join item i on i.pole_id = b.pole_id and i.booking = b.number
where b.pole_id = $1 and b.starts >= to_timestamp($2::int8) and b.starts < to_timestamp($3::int8)
  and (b.state = 'cancelled' or coalesce(i.state, 'present') = 'present')
group by 1, 2, 3 order by 1, 2, 3
