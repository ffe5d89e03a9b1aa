/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.run;

import io.github.flinkkvs.chaos.check.Share;
import io.github.flinkkvs.chaos.check.Verdict;

import java.util.List;

/**
 * What a run showed. Immutable.
 *
 * @param injected all faults, in their order
 * @param shares what was due before the first of them, and from each of them to the next
 * @param verdict the output compared with the ledger
 */
public record RunResult(List<Injected> injected, List<Share> shares, Verdict verdict) {}
