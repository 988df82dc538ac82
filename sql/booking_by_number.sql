-- SPDX-License-Identifier: GPL-3.0-or-later
-- One booking.
-- $1 pole int4, $2 number int8
-- → number, resource, member, person, made_by, state, pinned, start, end, made_at, ended_at (0: not), purpose, allocations
--   (item/resource/lane/start/end of each, joined by a space), items (where the booking has rows of them:
--   resource/lane/quantity/via/of/state/start/end/having of each, joined by a newline), series (0: none), occurrence, due_at (0: never),
--   details (name=value of each, joined by a space; null: none)
select number, resource_id, member, person, made_by, state, pinned, start_s, end_s, made_at_s, ended_at_s,
       purpose, allocations, items, series, occurrence_s, due_at_s, details
from booking_row where pole_id = $1 and number = $2
