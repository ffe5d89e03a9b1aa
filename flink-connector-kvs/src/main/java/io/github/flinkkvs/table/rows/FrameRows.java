/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.rows;

import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.source.serialization.KvsFrameDeserializationSchema;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.Collector;

/** Makes a row from each frame that passes the filter. */
@Internal
public final class FrameRows implements KvsFrameDeserializationSchema<RowData> {

    private static final long serialVersionUID = 1L;

    private final RowLayout layout;
    private final FrameFilter filter;
    private final TypeInformation<RowData> type;

    public FrameRows(RowLayout layout, FrameFilter filter, TypeInformation<RowData> type) {
        this.layout = layout;
        this.filter = filter;
        this.type = type;
    }

    @Override
    public void deserialize(FrameRecord frame, Collector<RowData> out) {
        out.collect(layout.row(frame));
    }

    @Override
    public FrameFilter filter() {
        return filter;
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return type;
    }
}
