/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.check;

import java.util.List;

/**
 * The output compared with the ledger. Immutable.
 *
 * @param fragments complete fragments that were pushed
 * @param frames their frames
 * @param bad malformed fragments that were pushed
 * @param abandoned fragments whose producer was lost with the service
 * @param rows rows of the output
 * @param findings what is wrong; none if all is well
 */
public record Verdict(
        long fragments, long frames, long bad, long abandoned, long rows, List<Finding> findings) {

    /** How many findings there are of a kind. */
    public long count(Finding.Kind kind) {
        return findings.stream().filter(finding -> finding.kind() == kind).count();
    }
}
