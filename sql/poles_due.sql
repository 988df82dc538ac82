-- SPDX-License-Identifier: GPL-3.0-or-later
-- The poles of which something is due before long, or in which somebody waits.
-- $1 before int8, $2 states that wait text[] → pole_id, when the first is due (0: none is), whether somebody waits
select pole_id, coalesce(seconds(min(due_at)), 0) as due, bool_or(state = any($2)) as waits
from booking
where pending
group by pole_id
having min(due_at) < to_timestamp($1::int8) or bool_or(state = any($2))
