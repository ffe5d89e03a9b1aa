// Draws the panels of grafana/kvs.json from what Prometheus answers to their queries. It is not Grafana: it knows the few
// settings that this dashboard has, and fails on others. Prints a page for a browser of the width 1320.
//
// Usage: node picture.mjs PROMETHEUS BEGIN END FOLDER    (times in epoch seconds; node_modules in FOLDER)
import {readFileSync} from 'node:fs';

const [prometheus, begin, end, folder] = process.argv.slice(2);
const dashboard = JSON.parse(readFileSync(new URL('grafana/kvs.json', import.meta.url)));
const STEP = 5;
const UNIT_HEIGHT = 30;
const UNIT_WIDTH = 54;
const VARIABLES = {$__rate_interval: '20s', $__range: `${end - begin}s`, $job: '.+'};

async function ask(target) {
    let query = target.expr;
    for (const [variable, value] of Object.entries(VARIABLES)) {
        query = query.replaceAll(variable, value);
    }
    const url = `${prometheus}/api/v1/query_range?${new URLSearchParams({query, start: begin, end, step: STEP})}`;
    const answer = await (await fetch(url)).json();
    if (answer.status !== 'success') {
        throw new Error(`${query}: ${answer.error}`);
    }
    return answer.data.result.map(series => ({
        name: target.legendFormat.replace(/{{(\w+)}}/g, (all, label) => series.metric[label]),
        values: new Map(series.values.map(([time, value]) => [time, Number(value)])),
    }));
}

const times = [];
for (let time = Number(begin); time <= Number(end); time += STEP) {
    times.push(time);
}
const panels = [];
for (const panel of dashboard.panels) {
    const series = (await Promise.all((panel.targets ?? []).map(ask))).flat();
    if (panel.type !== 'row' && series.length === 0) {
        throw new Error(`"${panel.title}" has no data`);
    }
    panels.push({
        type: panel.type,
        title: panel.title,
        grid: panel.gridPos,
        unit: panel.fieldConfig?.defaults.unit,
        decimals: panel.fieldConfig?.defaults.decimals,
        steps: panel.fieldConfig?.defaults.thresholds.steps,
        custom: panel.fieldConfig?.defaults.custom,
        series: series
            .map(({name, values}) => ({name, values: times.map(time => values.get(time) ?? null)}))
            .sort((a, b) => a.name.localeCompare(b.name)),
    });
}
const height = Math.max(...panels.map(({grid}) => grid.y + grid.h)) * UNIT_HEIGHT + 60;

function draw({panels, times, UNIT_HEIGHT, UNIT_WIDTH}) {
    const COLOURS = ['#3b7dd8', '#2a9d6f', '#e0a100', '#d1495b', '#7b5ea7', '#17a2b8', '#e07b39', '#8a9a5b', '#b0578d',
        '#5c6b73', '#a0c15a', '#c08457'];
    const short = value => {
        const size = Math.abs(value);
        const [divisor, suffix] = size >= 1e6 ? [1e6, 'M'] : size >= 1e3 ? [1e3, 'k'] : [1, ''];
        return Number((value / divisor).toPrecision(3)) + suffix;
    };
    const FORMATS = {
        short: short,
        cps: value => short(value) + '/s',
        bytes: value => value >= 1e6 ? short(value / 1048576) + ' MiB' : short(value / 1024) + ' KiB',
        Bps: value => value >= 1e6 ? short(value / 1e6) + ' MB/s' : short(value / 1e3) + ' kB/s',
        ms: value => Math.abs(value) >= 180000 ? short(value / 60000) + ' min' : Math.abs(value) >= 1000
            ? short(value / 1000) + ' s' : Math.round(value) + ' ms',
    };
    // A colour on white, not transparent, since a stack covers those below it.
    const mix = (colour, share) => 'rgb(' + [1, 3, 5].map(i =>
        Math.round(255 + share * (parseInt(colour.slice(i, i + 2), 16) - 255))) + ')';
    // Round in the unit that is shown.
    const INCREMENTS = {
        bytes: [1, 2, 5, 10, 20, 50, 100, 200, 500].flatMap(n => [n * 1024, n * 1048576]).sort((a, b) => a - b),
        ms: [100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 3e4, 6e4, 12e4, 3e5, 6e5],
    };
    const place = (panel, className) => {
        const box = document.createElement('div');
        box.className = className;
        box.style.left = 12 + panel.grid.x * UNIT_WIDTH + 'px';
        box.style.top = 48 + panel.grid.y * UNIT_HEIGHT + 'px';
        box.style.width = panel.grid.w * UNIT_WIDTH - 8 + 'px';
        box.style.height = panel.grid.h * UNIT_HEIGHT - 8 + 'px';
        const title = document.createElement('b');
        title.textContent = panel.title;
        box.append(title);
        document.body.append(box);
        return box;
    };
    const stat = panel => {
        const values = panel.series[0].values;
        const last = values.filter(value => value !== null).pop();
        const step = panel.steps.filter(({value}) => value === null || last >= value).pop();
        const colour = {green: '#2a9d6f', orange: '#e07b39', red: '#d1495b'}[step.color];
        const format = FORMATS[panel.unit];
        const box = place(panel, 'panel stat');
        const number = document.createElement('span');
        number.textContent = format(Number(last.toFixed(panel.decimals ?? 1)));
        number.style.color = colour;
        box.append(number);
        plot(box, panel, [{stroke: colour, fill: colour + '22', width: 1, points: {show: false}}], [values], 38,
            [{show: false}, {show: false}]);
    };
    const plot = (box, panel, series, data, height, axes) => new uPlot({
        width: panel.grid.w * UNIT_WIDTH - 18,
        height,
        legend: {show: false},
        cursor: {show: false},
        padding: [10, 8, 0, 0],
        scales: {y: {range: (u, min, max) => [Math.min(0, min), Math.max(max * 1.05, 1)]}},
        axes,
        series: [{}, ...series],
    }, [times, ...data], box);
    const chart = panel => {
        const box = place(panel, 'panel');
        const bars = panel.custom.drawStyle === 'bars';
        const stacked = panel.custom.stacking.mode === 'normal';
        const shown = panel.series.filter(({values}) => stacked ? values.some(value => value > 0) : true);
        const drawn = shown.length > 0 ? shown : panel.series.slice(0, 1);
        const sums = times.map(() => 0);
        const data = drawn.map(({values}) =>
            stacked ? values.map((value, i) => sums[i] += value ?? 0).slice() : values);
        const colours = drawn.map((one, i) => COLOURS[i % COLOURS.length]);
        const series = drawn.map((one, i) => ({
            stroke: colours[i],
            fill: stacked ? mix(colours[i], bars ? 1 : 0.6) : drawn.length < 3 ? colours[i] + '18' : undefined,
            width: 1.3,
            points: {show: false},
            paths: bars ? uPlot.paths.bars({size: [0.9, 20]}) : undefined,
        }));
        const threshold = panel.steps[1]?.value;
        if (panel.custom.thresholdsStyle) {
            series.push({stroke: '#d1495b', dash: [5, 4], width: 1, points: {show: false}});
            data.push(times.map(() => threshold));
        }
        // The highest of a stack is drawn first, so that the others cover it.
        if (stacked) {
            series.reverse();
            data.reverse();
        }
        const format = FORMATS[panel.unit];
        const axis = {stroke: '#667', grid: {stroke: '#e6e9ee', width: 1}, ticks: {show: false}, font: '10px sans-serif'};
        const lines = Math.ceil(drawn.reduce((sum, {name}) => sum + name.length * 5.6 + 22, 0) / (panel.grid.w * UNIT_WIDTH - 24));
        plot(box, panel, series, data, panel.grid.h * UNIT_HEIGHT - 40 - 15 * lines, [
            {...axis, size: 22, values: (u, all) => all.map(time => new Date(time * 1000).toISOString().slice(11, 16)), space: 40, incrs: [60, 120, 300, 600]},
            {...axis, size: 58, values: (u, all) => all.map(format), incrs: INCREMENTS[panel.unit]},
        ]);
        const legend = document.createElement('p');
        drawn.forEach(({name}, i) => {
            const item = document.createElement('span');
            const mark = document.createElement('i');
            mark.style.background = colours[i];
            item.append(mark, name);
            legend.append(item, ' ');
        });
        box.append(legend);
    };
    for (const panel of panels) {
        if (panel.type === 'row') {
            place(panel, 'row');
        } else {
            (panel.type === 'stat' ? stat : chart)(panel);
        }
    }
}

const uplot = `${folder}/node_modules/uplot/dist`;
console.log(`<!doctype html>
<html lang="en" data-height="${height}"><head><meta charset="utf-8"><title>${dashboard.title}</title>
<style>
${readFileSync(`${uplot}/uPlot.min.css`)}
body { margin: 0; background: #f3f4f7; font: 12px sans-serif; color: #223; }
h1 { font-size: 17px; margin: 12px 14px; font-weight: 600; }
h1 small { font-weight: 400; color: #667; font-size: 12px; margin-left: 12px; }
.panel { position: absolute; background: #fff; border: 1px solid #dde1e8; border-radius: 4px; padding: 5px 4px; box-sizing: border-box; overflow: hidden; }
.panel b { font-weight: 600; padding-left: 4px; }
.row { position: absolute; font-size: 13px; padding: 6px 4px; box-sizing: border-box; }
.stat span { display: block; font-size: 30px; text-align: center; line-height: 38px; }
p { margin: 2px 6px; font-size: 11px; line-height: 14px; }
p span { margin-right: 8px; white-space: nowrap; display: inline-block; }
p i { display: inline-block; width: 10px; height: 3px; margin-right: 4px; vertical-align: middle; }
</style></head>
<body><h1>${dashboard.title}<small>job: house</small></h1>
<script>${readFileSync(`${uplot}/uPlot.iife.min.js`)}</script>
<script>(${draw})(${JSON.stringify({panels, times, UNIT_HEIGHT, UNIT_WIDTH})})</script>
</body></html>`);
