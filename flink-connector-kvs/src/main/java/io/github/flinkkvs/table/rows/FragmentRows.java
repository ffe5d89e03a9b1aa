/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.rows;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.Collector;

/** Makes a row from each fragment. If rows have no payload, media is skipped as it arrives. */
@Internal
public final class FragmentRows implements KvsDeserializationSchema<RowData> {

    private static final long serialVersionUID = 1L;

    private final RowLayout layout;
    private final TypeInformation<RowData> type;

    public FragmentRows(RowLayout layout, TypeInformation<RowData> type) {
        this.layout = layout;
        this.type = type;
    }

    @Override
    public void deserialize(Fragment fragment, Collector<RowData> out) {
        out.collect(layout.row(fragment));
    }

    @Override
    public boolean needsMedia() {
        return layout.hasPayload();
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return type;
    }
}
