-- SPDX-License-Identifier: GPL-3.0-or-later
-- Wakes those who follow a pole's log.
-- $1 pole int4, $2 version int8, $3 whether a turn is wanted bool
select pole_announce($1, $2, $3)
