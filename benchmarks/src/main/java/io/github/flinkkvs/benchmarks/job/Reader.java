/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

/** The readers that the benchmark compares. */
enum Reader {
    /** The client of the AWS SDK. */
    BARE,
    /** The client of the AWS SDK as the connector builds it. */
    CLIENT,
    /**
     * As {@link #CLIENT}, with each fragment copied into an array of its own: the least that a job
     * can do that reads whole fragments.
     */
    ARRAYS,
    /** A job with the connector that reads whole fragments. */
    FRAGMENTS,
    /** A job with the connector that reads fragments without media. */
    TAGS
}
