/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.service;

/**
 * How many streams there are.
 *
 * @param cameras streams of cameras, which never stop
 * @param calls streams of phone calls, which come and go, that exist from the beginning
 * @param laterCalls further ones, which are created while faults happen
 * @param histories streams that have only a past
 * @param historyFragments how many fragments each of those has
 */
public record FleetSize(
        int cameras, int calls, int laterCalls, int histories, int historyFragments) {}
