/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Answers whoever asks by plain HTTP, at the port of TLS, whether the server's certificate still holds (OCSP, RFC 6960, appendix A), with
 * the one answer that there is.
 */

#include <stddef.h>
#include <stdint.h>

struct event_base;
struct status_http;

/* Each question is counted there, whether or not there is room to answer it. */
struct status_http *status_http_new(struct event_base *base, uint64_t *n_questions);
void status_http_free(struct status_http *h); /* takes NULL */
/* A ca_http_fn. The socket stays the caller's, who may close it. */
void status_http_answer(void *arg, int fd, const void *status, size_t n);
