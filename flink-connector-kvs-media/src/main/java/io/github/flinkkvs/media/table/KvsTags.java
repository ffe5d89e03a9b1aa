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
import io.github.flinkkvs.mkv.ServiceTags;
import io.github.flinkkvs.mkv.Tag;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;
import org.apache.flink.types.Row;

import javax.annotation.Nullable;

/** {@code KVS_TAGS(payload)}: a row for each tag of a fragment, in the order of its bytes. */
@PublicEvolving
// No column is NOT NULL: Flink's planner cannot LEFT JOIN such a function.
@FunctionHint(
        output =
                @DataTypeHint(
                        "ROW<tag_name STRING, tag_value STRING,"
                                + " tag_place STRING, of_service BOOLEAN>"))
public final class KvsTags extends PayloadTableFunction {

    static final String NAME = "KVS_TAGS";

    private static final long serialVersionUID = 1L;

    public KvsTags() {
        super(NAME);
    }

    @FunctionHint(argument = {@ArgumentHint(name = "payload", type = @DataTypeHint("BYTES"))})
    public void eval(@Nullable byte[] payload) {
        Fragment fragment = payload == null ? null : payloads.readTags(payload);
        if (fragment == null) {
            return;
        }
        for (Tag tag : fragment.tags()) {
            collect(
                    Row.of(
                            tag.name(),
                            tag.value(),
                            tag.place().name(),
                            ServiceTags.isServiceTag(tag.name())));
        }
    }
}
