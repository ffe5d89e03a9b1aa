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
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

import java.lang.reflect.Type;
import java.util.Map;

/** Flink's type of {@link CallAudio}, which Flink finds by itself. */
@PublicEvolving
public final class CallAudioTypeInfo extends TypeInformation<CallAudio> {

    private static final long serialVersionUID = 1L;

    public static final CallAudioTypeInfo INSTANCE = new CallAudioTypeInfo();

    private CallAudioTypeInfo() {}

    /** Where {@link CallAudio} says that this is its type. */
    public static final class Factory extends TypeInfoFactory<CallAudio> {
        @Override
        public TypeInformation<CallAudio> createTypeInfo(
                Type type, Map<String, TypeInformation<?>> parameters) {
            return INSTANCE;
        }
    }

    // Flink 1.20 declares this form and 2.x does not, so the next two can't both carry @Override.
    public TypeSerializer<CallAudio> createSerializer(ExecutionConfig config) {
        return CallAudioSerializer.INSTANCE;
    }

    public TypeSerializer<CallAudio> createSerializer(SerializerConfig config) {
        return CallAudioSerializer.INSTANCE;
    }

    @Override
    public Class<CallAudio> getTypeClass() {
        return CallAudio.class;
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
        return object instanceof CallAudioTypeInfo;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof CallAudioTypeInfo;
    }

    @Override
    public int hashCode() {
        return CallAudioTypeInfo.class.hashCode();
    }

    @Override
    public String toString() {
        return "CallAudio";
    }

    private Object readResolve() {
        return INSTANCE;
    }
}
