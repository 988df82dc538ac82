/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* GET /metrics over HTTP, for a Prometheus nearby. */

struct metrics_http;
struct server;

/* > 0: why (256 bytes). */
int metrics_http_start(struct server *server, const char *address, struct metrics_http **ret, char *ret_why);
int metrics_http_port(const struct metrics_http *m);
void metrics_http_stop(struct metrics_http *m); /* takes NULL */
