/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;

import javax.annotation.Nullable;

/**
 * {@code KVS_TAG(payload, name)}: the value of a fragment's last tag with this name, which may be a
 * tag of the service; NULL if there is none.
 */
@PublicEvolving
public final class KvsTag extends PayloadFunction {

    static final String NAME = "KVS_TAG";

    private static final long serialVersionUID = 1L;

    public KvsTag() {
        super(NAME);
    }

    @FunctionHint(
            argument = {
                @ArgumentHint(name = "payload", type = @DataTypeHint("BYTES")),
                @ArgumentHint(name = "name", type = @DataTypeHint("STRING"))
            })
    @Nullable
    public String eval(@Nullable byte[] payload, @Nullable String name) {
        if (payload == null || name == null) {
            return null;
        }
        Fragment fragment = payloads.readTags(payload);
        return fragment == null ? null : fragment.tag(name);
    }
}
