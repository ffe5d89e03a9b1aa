/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.annotation.PublicEvolving;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads fragments from a body of GetMedia that is completely in memory, such as a recording in a
 * test. For bytes that arrive in pieces, use {@link FragmentAssembler}.
 */
@PublicEvolving
public final class FragmentReader {

    /**
     * All complete fragments of a body, with media. If the body ends within a fragment, that
     * fragment is left out.
     *
     * @param streamName see {@link Fragment#streamName()}
     * @param streamArn see {@link Fragment#streamArn()}; may be null
     * @param body the bytes of the response; not changed
     * @throws MkvException if the bytes are not fragments, or if they contain an error of the
     *     service
     */
    public static List<Fragment> readAll(String streamName, @Nullable String streamArn, byte[] body)
            throws MkvException {
        List<Fragment> fragments = new ArrayList<>();
        List<ServiceError> errors = new ArrayList<>();
        FragmentHandler handler =
                new FragmentHandler() {
                    @Override
                    public void onFragment(Fragment fragment) {
                        fragments.add(fragment);
                    }

                    @Override
                    public void onServiceError(ServiceError error) {
                        errors.add(error);
                    }
                };
        new FragmentAssembler(streamName, streamArn, true, Integer.MAX_VALUE)
                .feed(ByteBuffer.wrap(body), handler);
        if (!errors.isEmpty()) {
            throw MkvException.malformed("The body contains " + errors.get(0), MkvElements.TAGS, 0);
        }
        return fragments;
    }

    private FragmentReader() {}
}
