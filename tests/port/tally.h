/* SPDX-License-Identifier: Apache-2.0 */
typedef u32 user_t;
