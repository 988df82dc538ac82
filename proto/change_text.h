/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Changes as the log keeps them: one line each, the after-image, in the wire's own form:
 *   booking code=B7K3QF [cause=booked] state=confirmed resource=van member=m02 person=p17 by=p17 from=2026-12-05T07:00Z
 *     to=2026-12-05T11:00Z made-at=2026-11-23T05:51:36Z [ended-at=…] [due-at=…] [series=12 occurrence=…] [pinned=yes]
 *     [what proto/detail.h lists: out-at=… used-by=p9 swap-with=B… forfeit=50 …]
 *     alloc=van/2/2026-12-05T07:00Z/2026-12-05T11:30Z*    (leaf/lanes/start/end, buffers included; lanes as 1-4,7)
 *   Where a booking is of more than one thing, or says more of it than its unit:
 *     (item=van/0/1/asked/0/present/2026-12-05T07:00Z/2026-12-05T11:00Z [having="seats>=3"])*
 *       (resource/lane asked for/quantity/how it came/of which item/state/start/end)
 *     alloc=chair/1:1-40/…    (of the second item; of the first without its number)
 *   person code=p17 [member=m11] [roles=member,manager] active=yes [token=<sha256>]* [withdrawn=<sha256>]*
 *     (qualified=licence-b [issuer=m02] since=2026-01-01T00:00Z [until=…])*
 *   name kind=resource number=3 id=van       name kind=unit resource=3 number=1 id=van-1
 *   policy hash=<sha256>
 *   outage number=3 resource=van [lane=2] from=2026-12-05T07:00Z [to=2026-12-06T07:00Z] [closure=yes] by=p17 made-at=… [lifted-at=…]
 *   note about=booking number=B7K3QF kind=dispute sha256=<sha256>     note about=outage number=3 kind=reason sha256=<sha256>
 * Times are UTC. Free texts and names of persons are never in it (DESIGN 4).
 */

#include "lib/pole.h"
#include "proto/buffer.h"

/* Appends the line without its LF. text_hash: of a note's text, 64 hex digits; else NULL. */
void change_encode(const struct change *c, const struct pole *p, const char *text_hash, struct buffer *out);

enum { CHANGE_TEXT_OK = 0, CHANGE_TEXT_E_SYNTAX = 1, CHANGE_TEXT_E_UNKNOWN = 2 };
/*
 * Reads a line back and adds the change to `ret`. The image before is that of the pole or, where `ret` holds changes that
 * the pole has not seen yet, theirs: a whole group can be read, then applied. `private1` and `private2` are what is kept
 * beside the log: a booking's purpose; a person's name and mail (NULL: ""). A policy change comes out with only its hash in
 * ret_policy_hash (65 bytes) and nothing added: the text is read elsewhere. Nor does a note add anything. E_UNKNOWN: it names what the pole does not
 * know, or says something that this program does not know. Nothing is added unless the answer is OK.
 */
int change_decode(const char *text, const struct pole *p, const char *private1, const char *private2, struct changes *ret,
		  char *ret_policy_hash);
