-- SPDX-License-Identifier: GPL-3.0-or-later
-- What became of a group; if nothing has, nothing will. See README.md.
-- $1 pole int4, $2 the version that it expected int8, $3 its batch int8 → outcome, version
select (v).outcome, (v).version from (select pole_void($1, $2, $3) as v offset 0) s
