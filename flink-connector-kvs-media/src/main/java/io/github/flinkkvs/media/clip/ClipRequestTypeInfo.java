/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.source.serialization.ImmutableTypeInfo;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;

import java.lang.reflect.Type;
import java.util.Map;

/** Flink's type of {@link ClipRequest}, which Flink finds by itself. */
@PublicEvolving
public final class ClipRequestTypeInfo extends ImmutableTypeInfo<ClipRequest> {

    private static final long serialVersionUID = 1L;

    public static final ClipRequestTypeInfo INSTANCE = new ClipRequestTypeInfo();

    private ClipRequestTypeInfo() {
        super(ClipRequest.class, ClipRequestSerializer.INSTANCE);
    }

    /** {@link ClipRequest} declares its type with this. */
    public static final class Factory extends TypeInfoFactory<ClipRequest> {
        @Override
        public TypeInformation<ClipRequest> createTypeInfo(
                Type type, Map<String, TypeInformation<?>> parameters) {
            return INSTANCE;
        }
    }

    private Object readResolve() {
        return INSTANCE;
    }
}
