/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.behavior;

/** What GetMedia does when AfterFragmentNumber is older than the oldest stored fragment. */
public enum ExpiredPosition {
    /** In-band error 4000, the documented id, then the end of the body. */
    IN_BAND_ERROR_4000,
    /** In-band error 3000, the id actually seen, then the end of the body. */
    IN_BAND_ERROR_3000,
    /** Silently starts at the oldest stored fragment. */
    START_AT_EARLIEST
}
