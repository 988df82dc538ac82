-- SPDX-License-Identifier: GPL-3.0-or-later
-- One booking.
-- $1 pole int4, $2 number int8
-- → number, resource, member, person, made_by, state, pinned, start, end, made_at, ended_at (0: not), purpose, allocations
--   (resource/lanes/start/end of each, lanes as an int4multirange, joined by a space)
select number, resource_id, member, person, made_by, state, pinned, start_s, end_s, made_at_s, ended_at_s,
       purpose, allocations
from booking_row where pole_id = $1 and number = $2
