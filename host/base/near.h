/* SPDX-License-Identifier: Apache-2.0 */
/* near: how near a word comes to another that somebody may have meant. */
#ifndef BCCHOST_BASE_NEAR_H
#define BCCHOST_BASE_NEAR_H

#define NEAR_FAR 1000u

/*
 * The lower, the nearer: the number of letters to insert, remove, replace or swap; more if one is
 * only a part of the other; NEAR_FAR if it is no guess at all. Case and leading dashes do not
 * count.
 */
unsigned int near_rank(const char *word, const char *candidate);

#endif
