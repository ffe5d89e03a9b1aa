/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.serialization;

import io.github.flinkkvs.mkv.FrameRecord;

import org.apache.flink.annotation.PublicEvolving;

/**
 * Flink's type of {@link FrameRecord}: immutable, so chained operators pass it on without copying.
 * Flink cannot find it by itself: pass it to {@code returns(FrameRecordTypeInfo.INSTANCE)} where a
 * lambda returns frames.
 */
@PublicEvolving
public final class FrameRecordTypeInfo extends ImmutableTypeInfo<FrameRecord> {

    private static final long serialVersionUID = 1L;

    public static final FrameRecordTypeInfo INSTANCE = new FrameRecordTypeInfo();

    private FrameRecordTypeInfo() {
        super(FrameRecord.class, FrameRecordSerializer.INSTANCE);
    }

    private Object readResolve() {
        return INSTANCE;
    }
}
