/* SPDX-License-Identifier: BSD-2-Clause */
/* Which sanitizer the build has, as 0 or 1: gcc says it by a macro, clang by a feature. */
#ifndef FWL_SANITIZER_H
#define FWL_SANITIZER_H

#ifdef __has_feature
#define FWL_HAS_FEATURE(name) __has_feature(name)
#else
#define FWL_HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || FWL_HAS_FEATURE(address_sanitizer)
#define FWL_IS_ASAN 1
#else
#define FWL_IS_ASAN 0
#endif

#if defined(__SANITIZE_THREAD__) || FWL_HAS_FEATURE(thread_sanitizer)
#define FWL_IS_TSAN 1
#else
#define FWL_IS_TSAN 0
#endif

#endif
