/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.source.serialization.ImmutableTypeInfo;

import org.apache.flink.annotation.PublicEvolving;

/**
 * Flink's type of {@link Picture}: immutable, so chained operators pass it on without copying.
 * Flink cannot find it by itself: pass it to {@code returns(PictureTypeInfo.INSTANCE)} where a
 * lambda returns pictures.
 */
@PublicEvolving
public final class PictureTypeInfo extends ImmutableTypeInfo<Picture> {

    private static final long serialVersionUID = 1L;

    public static final PictureTypeInfo INSTANCE = new PictureTypeInfo();

    private PictureTypeInfo() {
        super(Picture.class, PictureSerializer.INSTANCE);
    }

    private Object readResolve() {
        return INSTANCE;
    }
}
