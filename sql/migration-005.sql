-- SPDX-License-Identifier: GPL-3.0-or-later
-- Schema 5: a group may be sent on top of one that is still on its way; it has to find that very one.
alter table pole add column batch int8;
