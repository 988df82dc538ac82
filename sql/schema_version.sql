-- SPDX-License-Identifier: GPL-3.0-or-later
-- The schema's version; 0: none yet.
select coalesce(max(version), 0) from schema_version
