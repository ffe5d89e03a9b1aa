/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.serialization;

import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.util.Collector;

/** Passes fragments on as they are. */
@Internal
final class FragmentSchema implements KvsDeserializationSchema<Fragment> {

    private static final long serialVersionUID = 1L;

    private final boolean needsMedia;

    FragmentSchema(boolean needsMedia) {
        this.needsMedia = needsMedia;
    }

    @Override
    public void deserialize(Fragment fragment, Collector<Fragment> out) {
        out.collect(fragment);
    }

    @Override
    public boolean needsMedia() {
        return needsMedia;
    }

    @Override
    public TypeInformation<Fragment> getProducedType() {
        return FragmentTypeInfo.INSTANCE;
    }
}
