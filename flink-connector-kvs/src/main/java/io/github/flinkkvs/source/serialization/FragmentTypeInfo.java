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

import org.apache.flink.annotation.PublicEvolving;

/**
 * Flink's type of {@link Fragment}: immutable, so chained operators pass it on without copying.
 * Flink cannot find it by itself: pass it to {@code returns(FragmentTypeInfo.INSTANCE)} where a
 * lambda returns fragments.
 */
@PublicEvolving
public final class FragmentTypeInfo extends ImmutableTypeInfo<Fragment> {

    private static final long serialVersionUID = 1L;

    public static final FragmentTypeInfo INSTANCE = new FragmentTypeInfo();

    private FragmentTypeInfo() {
        super(Fragment.class, FragmentSerializer.INSTANCE);
    }

    private Object readResolve() {
        return INSTANCE;
    }
}
