/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.job;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentEnd;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.table.functions.ScalarFunction;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** FRAGMENT_CHECKSUM(payload): the checksum of a fragment. */
public final class FragmentChecksum extends ScalarFunction {

    private static final long serialVersionUID = 1L;

    /** Called by Flink. */
    public Long eval(byte[] payload) throws MkvException {
        List<Fragment> fragments = new ArrayList<>();
        FragmentHandler handler =
                new FragmentHandler() {
                    @Override
                    public void onFragment(Fragment fragment) {
                        fragments.add(fragment);
                    }

                    @Override
                    public void onServiceError(ServiceError error) {
                        throw new IllegalArgumentException("Not a fragment, but " + error);
                    }
                };
        // What comes from the archive has no Tags at its end.
        FragmentAssembler assembler =
                new FragmentAssembler("", null, true, Integer.MAX_VALUE, FragmentEnd.NEXT_FRAGMENT);
        assembler.feed(ByteBuffer.wrap(payload), handler);
        assembler.completeLast(handler);
        if (fragments.size() != 1) {
            throw new IllegalArgumentException("Not one fragment, but " + fragments.size());
        }
        return Seen.checksum(fragments.get(0));
    }
}
