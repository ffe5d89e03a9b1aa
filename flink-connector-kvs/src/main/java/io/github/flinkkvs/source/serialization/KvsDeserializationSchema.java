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
import io.github.flinkkvs.mkv.FrameFilter;
import io.github.flinkkvs.mkv.FrameRecord;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.util.Collector;

import java.io.Serializable;

/**
 * Makes records of fragments. All records of one fragment belong together: a checkpoint holds all
 * of them or none.
 *
 * @param <T> the type of the records
 */
@PublicEvolving
public interface KvsDeserializationSchema<T> extends Serializable, ResultTypeQueryable<T> {

    /** Called once in each reader before the first fragment. */
    default void open(DeserializationSchema.InitializationContext context) throws Exception {}

    /**
     * Makes any number of records of a fragment. Called by the task thread; an exception fails the
     * job with a message that names the fragment.
     */
    void deserialize(Fragment fragment, Collector<T> out) throws Exception;

    /**
     * Whether {@link #deserialize} needs bytes or frames. If not, media is skipped as it arrives,
     * and a stream takes some kilobytes of memory whatever the size of its fragments.
     */
    default boolean needsMedia() {
        return true;
    }

    /** Whole fragments. */
    static KvsDeserializationSchema<Fragment> fragments() {
        return new FragmentSchema(true);
    }

    /**
     * Fragments without media: with tags, tracks, times, sizes and numbers of frames, but without
     * {@link Fragment#bytes()} and {@link Fragment#frames()}.
     */
    static KvsDeserializationSchema<Fragment> tagsOnly() {
        return new FragmentSchema(false);
    }

    /** All frames, each as soon as it has arrived: see {@link KvsFrameDeserializationSchema}. */
    static KvsDeserializationSchema<FrameRecord> frames() {
        return frames(FrameFilter.all());
    }

    /** Some frames, each as soon as it has arrived: see {@link KvsFrameDeserializationSchema}. */
    static KvsDeserializationSchema<FrameRecord> frames(FrameFilter filter) {
        return new FrameSchema(filter);
    }
}
