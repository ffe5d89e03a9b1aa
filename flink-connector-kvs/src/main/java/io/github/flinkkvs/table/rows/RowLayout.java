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
import io.github.flinkkvs.mkv.FrameRecord;

import org.apache.flink.annotation.Internal;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/**
 * Which columns rows have: the payload, if a query uses it, then metadata in the planner's order.
 * Immutable.
 */
@Internal
public final class RowLayout implements Serializable {

    private static final long serialVersionUID = 1L;

    private final boolean payload;
    private final List<MetadataColumn> metadata;

    public RowLayout(boolean payload, List<MetadataColumn> metadata) {
        this.payload = payload;
        this.metadata = List.copyOf(metadata);
    }

    public RowLayout withPayload(boolean wanted) {
        return new RowLayout(wanted, metadata);
    }

    public RowLayout withMetadata(List<MetadataColumn> columns) {
        return new RowLayout(payload, columns);
    }

    public boolean hasPayload() {
        return payload;
    }

    RowData row(Fragment fragment) {
        GenericRowData row = new GenericRowData(size());
        int at = 0;
        if (payload) {
            row.setField(at++, fragment.array());
        }
        for (MetadataColumn column : metadata) {
            row.setField(at++, column.of(fragment));
        }
        return row;
    }

    RowData row(FrameRecord frame) {
        GenericRowData row = new GenericRowData(size());
        int at = 0;
        if (payload) {
            ByteBuffer data = frame.frame().data();
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            row.setField(at++, bytes);
        }
        for (MetadataColumn column : metadata) {
            row.setField(at++, column.of(frame));
        }
        return row;
    }

    private int size() {
        return (payload ? 1 : 0) + metadata.size();
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof RowLayout)) {
            return false;
        }
        RowLayout other = (RowLayout) object;
        return payload == other.payload && metadata.equals(other.metadata);
    }

    @Override
    public int hashCode() {
        return Objects.hash(payload, metadata);
    }
}
