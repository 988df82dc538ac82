-- SPDX-License-Identifier: GPL-3.0-or-later
-- The only way to write; see README.md.
-- $1…$23 in the order of the function → outcome, version
select (c).outcome, (c).version from (select pole_commit(
	$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23) as c offset 0) s
