-- Bookings of which something, buffers included, ends after a moment, in order of number.
-- $1 pole int4, $2 floor int8 → the columns of booking_by_number
-- No buffer is longer than 31 days.
select b.number, resource_id, member, person, made_by, state, pinned,
       date_part('epoch', starts)::int8, date_part('epoch', ends)::int8, date_part('epoch', made_at)::int8,
       coalesce(date_part('epoch', ended_at)::int8, 0), coalesce(n.text, ''), coalesce(a.texts, '')
from booking b
left join (select booking, max(upper(during)) as last, string_agg(allocation_text(x), ' ' order by resource_id, lane) as texts
	   from allocation x where pole_id = $1 group by booking) a on a.booking = b.number
left join note n on n.pole_id = b.pole_id and n.booking = b.number
where b.pole_id = $1 and b.ends > to_timestamp($2::int8) - interval '31 days'
  and (b.ends > to_timestamp($2::int8) or a.last > to_timestamp($2::int8))
order by b.number
