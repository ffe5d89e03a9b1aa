/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * Flink's type of {@link Picture}: immutable, so chained operators pass it on without copying.
 * Flink cannot find it by itself: pass it to {@code returns(PictureTypeInfo.INSTANCE)} where a
 * lambda returns pictures.
 */
@PublicEvolving
public final class PictureTypeInfo extends TypeInformation<Picture> {

    private static final long serialVersionUID = 1L;

    public static final PictureTypeInfo INSTANCE = new PictureTypeInfo();

    private PictureTypeInfo() {}

    // Flink 1.20 declares this form and 2.x does not, so the next two can't both carry @Override.
    public TypeSerializer<Picture> createSerializer(ExecutionConfig config) {
        return PictureSerializer.INSTANCE;
    }

    public TypeSerializer<Picture> createSerializer(SerializerConfig config) {
        return PictureSerializer.INSTANCE;
    }

    @Override
    public Class<Picture> getTypeClass() {
        return Picture.class;
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public boolean isKeyType() {
        return false;
    }

    @Override
    public boolean canEqual(Object object) {
        return object instanceof PictureTypeInfo;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof PictureTypeInfo;
    }

    @Override
    public int hashCode() {
        return PictureTypeInfo.class.hashCode();
    }

    @Override
    public String toString() {
        return "Picture";
    }

    private Object readResolve() {
        return INSTANCE;
    }
}
