/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.MkvException;

import javax.annotation.Nullable;

/** Keeps the first problem, for callers that need all blocks or an exception. */
final class FirstDamage implements BlockDamage {

    @Nullable private MkvException first;

    @Override
    public void onDamagedBlock(long trackNumber, int frames, MkvException problem) {
        first = first == null ? problem : first;
    }

    void rethrow() throws MkvException {
        if (first != null) {
            throw first;
        }
    }
}
