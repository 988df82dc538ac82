-- SPDX-License-Identifier: GPL-3.0-or-later
-- Use of bookings that begin in [from, to): those confirmed, out, brought back or never come for, and the seconds of each of their things
-- without buffers; those cancelled; and of the used those never come for. A thing that was given back by itself does not count; nor does a
-- booking that waits, is held, asked for, declined, expired, or has lost its place.
--
-- Seconds are those that others could not have: of a thing as booked; of one that was brought back until then, sooner or later, and from
-- when it was taken out where that was before its time; of one that nobody came for until it was released. A cancelled booking that had no more than a
-- place in the queue is not counted.
-- $1 pole int4, $2 from int8, $3 to int8, $4 by member bool, $5 by resource bool, $6 by month bool (local time of $7 zone text)
-- → member, resource, month ('2026-12'), each null where not asked for; bookings, seconds, cancelled, no_shows; in that order
select case when $4 then t.member end as member, case when $5 then t.resource_id end as resource,
       case when $6 then to_char(t.of at time zone $7, 'YYYY-MM') end as month,
       count(distinct t.number) filter (where t.state <> 'cancelled') as bookings,
       coalesce(sum(greatest(date_part('epoch', t.ends - t.starts), 0) * t.quantity)
		filter (where t.state <> 'cancelled'), 0)::int8 as seconds,
       count(distinct t.number) filter (where t.state = 'cancelled') as cancelled,
       count(distinct t.number) filter (where t.state = 'no-show') as no_shows
from (select b.number, b.member, b.state, b.starts as of, coalesce(i.resource_id, b.resource_id) as resource_id,
	     coalesce(i.quantity, 1) as quantity,
	     case when coalesce(i.starts, b.starts) = b.starts then least(b.starts, d.out_at) else i.starts end as starts,
	     case when b.state = 'no-show' then least(coalesce(i.ends, b.ends), b.ended_at)
		  when coalesce(i.ends, b.ends) = b.ends then coalesce(d.back_at, b.ends)
		  else least(i.ends, d.back_at) end as ends
      from booking b left join item i on i.pole_id = b.pole_id and i.booking = b.number
		     left join detail d on d.pole_id = b.pole_id and d.booking = b.number
      where b.pole_id = $1 and b.starts >= to_timestamp($2::int8) and b.starts < to_timestamp($3::int8)
	and (b.state in ('confirmed', 'out', 'done', 'no-show') and coalesce(i.state, 'present') = 'present'
	     or b.state = 'cancelled'
		and (d.queued_at is null
		     or exists (select from allocation a where a.pole_id = b.pole_id and a.booking = b.number)))) t
group by 1, 2, 3 order by 1, 2, 3
