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
import org.apache.flink.util.Collector;

/**
 * Makes records of frames, each as soon as its block has arrived, while its fragment may still be
 * arriving. A checkpoint may lie between two frames of a fragment; each frame still comes once.
 *
 * <p>A stream takes the memory of one frame, not of a fragment, and nothing for frames that the
 * filter leaves out. If a fragment is never completed, as when its connection is cut and it has
 * been deleted meanwhile, those of its frames that arrived stay, and the rest is lost: the metric
 * {@code incompleteFragments} counts such fragments.
 *
 * @param <T> the type of the records
 */
@PublicEvolving
public interface KvsFrameDeserializationSchema<T> extends KvsDeserializationSchema<T> {

    /**
     * Makes any number of records of a frame. Called by the task thread; an exception fails the job
     * with a message that names frame and fragment.
     */
    void deserialize(FrameRecord frame, Collector<T> out) throws Exception;

    /** Selects the wanted frames: all others are skipped as they arrive. */
    default FrameFilter filter() {
        return FrameFilter.all();
    }

    /** Deserializes the frames of a complete fragment like any others. */
    @Override
    default void deserialize(Fragment fragment, Collector<T> out) throws Exception {
        for (FrameRecord frame : filter().of(fragment)) {
            deserialize(frame, out);
        }
    }
}
