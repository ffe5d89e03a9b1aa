/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import io.github.flinkkvs.media.audio.FragmentAudio;
import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;

import javax.annotation.Nullable;

/**
 * {@code KVS_WAV(payload [, track])}: the sound of the track with this name as a WAV file; without
 * a name, the sound of the first audio track. NULL if there is no such track, or no sound in it
 * that can be decoded.
 */
@PublicEvolving
public final class KvsWav extends PayloadFunction {

    static final String NAME = "KVS_WAV";

    private static final long serialVersionUID = 1L;

    public KvsWav() {
        super(NAME);
    }

    @FunctionHint(
            argument = {
                @ArgumentHint(name = "payload", type = @DataTypeHint("BYTES")),
                @ArgumentHint(name = "track", type = @DataTypeHint("STRING"), isOptional = true)
            })
    @Nullable
    public byte[] eval(@Nullable byte[] payload, @Nullable String track) {
        Fragment fragment = payload == null ? null : payloads.read(payload);
        if (fragment == null) {
            return null;
        }
        try {
            return FragmentAudio.wav(fragment, track);
        } catch (IllegalArgumentException e) {
            payloads.onDamage(payload, e.getMessage());
            return null;
        }
    }

    /** The cluster has the native libraries; the machine that plans the query may not. */
    @Override
    public boolean supportsConstantFolding() {
        return false;
    }
}
