-- SPDX-License-Identifier: GPL-3.0-or-later
-- Everyone.
-- $1 pole int4 → number, member (null: of the pole itself), roles, active, name, mail in order of number
select number, member, roles, active, name, mail from person where pole_id = $1 order by number
