/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.clip;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.mkv.ServiceError;
import io.github.flinkkvs.mkv.assembler.FragmentAssembler;
import io.github.flinkkvs.mkv.assembler.FragmentEnd;
import io.github.flinkkvs.mkv.assembler.FragmentHandler;
import io.github.flinkkvs.mkv.parser.MkvException;

import javax.annotation.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The body of one GetMediaForFragmentList call. Its fragments have no trailing Tags, so what
 * follows a fragment proves that it is whole. Nothing follows the last one, and a body that was cut
 * ends like a whole one: the last fragment is whole if two bodies ended with it at the same byte.
 *
 * <p>Not thread-safe: it belongs to the thread that delivers the bytes, and to its owner
 * afterwards.
 */
final class ArchivedBody implements FragmentHandler {

    private final Set<FragmentNumber> wanted;
    private final Map<FragmentNumber, Long> knownEnds;
    private final FragmentAssembler assembler;

    private final List<Fragment> fragments = new ArrayList<>();
    private final Map<FragmentNumber, ServiceError> missing = new LinkedHashMap<>();

    /** Null unless the service sent an error that names no fragment. */
    @Nullable private ServiceError error;

    /**
     * @param wanted the numbers of the fragments to keep
     * @param knownEnds where earlier bodies ended with a fragment: its number, and how many of its
     *     bytes there were
     * @param maxBytes the limit of a fragment's size
     */
    ArchivedBody(
            String streamName,
            String streamArn,
            Set<FragmentNumber> wanted,
            Map<FragmentNumber, Long> knownEnds,
            int maxBytes) {
        this.wanted = new HashSet<>(wanted);
        this.knownEnds = knownEnds;
        this.assembler =
                new FragmentAssembler(
                        streamName, streamArn, true, maxBytes, FragmentEnd.NEXT_FRAGMENT);
    }

    /**
     * Takes the next bytes.
     *
     * @return whether something is still missing
     * @throws MkvException if the bytes are no fragments; {@link #openNumber()} says which
     */
    boolean read(ByteBuffer bytes) throws MkvException {
        assembler.feed(bytes, this);
        return !wanted.isEmpty() && error == null;
    }

    /**
     * The body has ended, in whatever way.
     *
     * @return where it ended within its last fragment, if that is wanted and not proven whole, for
     *     the next body to compare; null otherwise
     */
    @Nullable
    Map.Entry<FragmentNumber, Long> end() {
        FragmentNumber last = assembler.openFragmentNumber();
        if (last == null || !wanted.contains(last)) {
            return null;
        }
        long bytes = assembler.openFragmentBytes();
        if (Long.valueOf(bytes).equals(knownEnds.get(last))) {
            try {
                assembler.completeLast(this);
                return null;
            } catch (MkvException e) {
                // Both bodies ended within an element: at the same limit of something in between.
            }
        }
        return Map.entry(last, bytes);
    }

    @Override
    public void onFragment(Fragment fragment) {
        if (wanted.remove(fragment.number())) {
            fragments.add(fragment);
        }
    }

    @Override
    public void onServiceError(ServiceError serviceError) {
        FragmentNumber number = serviceError.fragmentNumber();
        if (number == null) {
            error = serviceError;
        } else if (wanted.remove(number)) {
            missing.put(number, serviceError);
        }
    }

    /** The wanted fragments that are whole, in the order of the body. */
    List<Fragment> fragments() {
        return fragments;
    }

    /** What the service says about wanted fragments that it does not deliver. */
    Map<FragmentNumber, ServiceError> missing() {
        return missing;
    }

    /** Everything that the service sent in place of wanted fragments. */
    List<ServiceError> errors() {
        List<ServiceError> errors = new ArrayList<>(missing.values());
        if (error != null) {
            errors.add(error);
        }
        return errors;
    }

    /** The fragment that is being read; null if there is none, or its number has not come. */
    @Nullable
    FragmentNumber openNumber() {
        return assembler.openFragmentNumber();
    }
}
