/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.serialization;

import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.util.Collector;

/** Passes frames on as they are. */
@Internal
final class FrameSchema implements KvsFrameDeserializationSchema<FrameRecord> {

    private static final long serialVersionUID = 1L;

    private final FrameFilter filter;

    FrameSchema(FrameFilter filter) {
        this.filter = filter;
    }

    @Override
    public void deserialize(FrameRecord frame, Collector<FrameRecord> out) {
        out.collect(frame);
    }

    @Override
    public FrameFilter filter() {
        return filter;
    }

    @Override
    public TypeInformation<FrameRecord> getProducedType() {
        return FrameRecordTypeInfo.INSTANCE;
    }
}
