-- SPDX-License-Identifier: GPL-3.0-or-later
-- The bookings of a page that may be wanted; times are timestamptz, for whoever reads in binary.
-- $1 pole int4, $2 first number int8, $3 the number behind the last int8, $4 int8: nothing else that ended before is wanted
-- → number, resource, member, person, made_by, state, pinned, start, end, made_at, ended_at, series, occurrence, due_at, pending; in order
select number, resource_id, member, person, made_by, state, pinned, starts, ends, made_at, ended_at, series, occurrence, due_at, pending
from booking
where pole_id = $1 and number >= $2 and number < $3 and (ends > (select to_timestamp($4::int8)) or pending)
order by number
