-- SPDX-License-Identifier: GPL-3.0-or-later
-- The pole that a token opens.
-- $1 hash text → pole_id
select c.pole_id
from credential c join person p on p.pole_id = c.pole_id and p.number = c.person
where c.hash = $1 and not c.withdrawn and p.active
limit 1
