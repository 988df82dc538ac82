-- SPDX-License-Identifier: GPL-3.0-or-later
-- A booking and all others of its series, in order of start, then number. Those of a series were made in one go: their numbers
-- follow that of the first, by which the series is known.
-- $1 pole int4, $2 number int8, $3 the most that a series may have int8 → the columns of booking_by_number
select b.number, b.resource_id, b.member, b.person, b.made_by, b.state, b.pinned, b.start_s, b.end_s, b.made_at_s, b.ended_at_s,
       b.purpose, b.allocations, b.items, b.series, b.occurrence_s, b.due_at_s, b.details
from booking n, booking_row b
where n.pole_id = $1 and n.number = $2 and b.pole_id = $1
  and b.number >= coalesce(n.series, n.number) and b.number < coalesce(n.series, n.number) + $3
  and (b.number = n.number or b.series = n.series)
order by b.starts, b.number
