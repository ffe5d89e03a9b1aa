/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser.peers;

import io.github.flinkkvs.benchmarks.parser.media.Body;

import java.util.function.Consumer;

/** One way to parse a GetMedia body. */
public interface Contender {

    /** Reads a whole body and hands over what it finds in it. */
    void read(Body body, Consumer<Object> sink) throws Exception;

    /** Prepares what the contender has at hand when it reads the body; by default nothing. */
    default void prepare(Body body) throws Exception {}
}
