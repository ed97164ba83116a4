// Draws each [data-chart] from the JSON beside it, in the colors of the theme; the table below says the same.
(() => {
  "use strict";
  if (!window.echarts) return;
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  // Tokens are written with light-dark(): only a computed color says which of the two holds.
  const token = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const TONES = { accent: "accent", ink: "ink", quiet: "ink-2", ok: "ok", warn: "warn", danger: "danger", "grade-a": "grade-a", "grade-b": "grade-b", "grade-c": "grade-c" };
  const FEW = 6;
  const SHAPES = ["circle", "rect", "triangle", "diamond"];
  const color = (tone) => token(TONES[tone] || "accent");

  const figure = (value, axis) => {
    if (value === null || value === undefined) return "–";
    if (axis.kind === "time") return `${new Date(value).toISOString().slice(0, 16).replace("T", " ")} UTC`;
    return axis.kind === "category" ? String(value) : Number(value).toFixed(axis.places);
  };

  // Names are long and none may be left out: few of them take several lines, many stand slanted.
  const labelsOf = (axis, count) => axis.kind !== "category" ? { hideOverlap: true } : count > FEW
    ? { interval: 0, rotate: 35, width: 110, overflow: "truncate" }
    : { interval: 0, width: 108, overflow: "break", lineHeight: 15 };

  const axisOf = (axis, side, isNamed = true, count = 0) => ({
    type: { number: "value", time: "time", category: "category" }[axis.kind],
    name: isNamed ? axis.title : "",
    nameLocation: "middle",
    nameGap: side !== "x" ? 46 : axis.kind === "category" ? 84 : 30,
    min: axis.low ?? undefined,
    max: axis.high ?? undefined,
    scale: !axis.fromZero,
    minInterval: axis.places ? 0 : 1,
    nameTextStyle: { color: token("ink-2") },
    // Ends that are given are seldom round and would stand in the way of the round figures.
    axisLabel: {
      show: isNamed,
      color: token("ink-2"),
      ...labelsOf(axis, count),
      showMinLabel: side === "y" && axis.low !== null && !axis.roundEnds ? false : undefined,
      showMaxLabel: side === "y" && axis.high !== null && !axis.roundEnds ? false : undefined,
    },
    axisLine: { lineStyle: { color: token("line-strong") } },
    axisTick: { lineStyle: { color: token("line-strong") } },
    splitLine: { show: side === "y", lineStyle: { color: token("line") } },
  });

  const pointOf = (point) => {
    if (Array.isArray(point)) return point;
    const look = point.marked ? { symbol: "diamond", symbolSize: 13, itemStyle: { color: color("danger") } } : {};
    return { value: point.value, label_: point.label, url: point.url, cursor: point.url ? "pointer" : "default", ...look };
  };

  const seriesOf = (series, place) => ({
    id: `series-${place}`,
    name: series.name,
    type: series.kind === "step" ? "line" : series.kind,
    step: series.kind === "step" ? "end" : undefined,
    yAxisIndex: series.second ? 1 : 0,
    data: series.points.map(pointOf),
    symbol: SHAPES[place % SHAPES.length],
    symbolSize: 8,
    showSymbol: series.symbols || series.points.length < 3 || series.points.some((point) => point.marked),
    barMaxWidth: 48,
    lineStyle: { width: 2, type: series.dashed ? "dashed" : "solid" },
    color: color(series.tone),
    emphasis: { disabled: true },
  });

  const marksOf = (spec) => ({
    markLine: {
      silent: true,
      symbol: "none",
      data: spec.lines.map((line) => ({
        [line.axis === "x" ? "xAxis" : "yAxis"]: line.value,
        lineStyle: { color: color(line.tone), type: "dashed", width: 1.5 },
        label: { formatter: line.label, color: color(line.tone), position: line.axis === "x" ? "insideEndTop" : "insideEndTop", textBorderWidth: 0 },
      })),
    },
    markArea: {
      silent: true,
      data: spec.bands.map((band) => {
        const key = band.axis === "x" ? "xAxis" : "yAxis";
        const look = { itemStyle: { color: color(band.tone), opacity: .12 }, label: { formatter: band.label, color: color(band.tone), position: "insideTop", textBorderWidth: 0 } };
        return [{ [key]: band.range[0], ...look }, { [key]: band.range[1] }];
      }),
    },
  });

  const tooltipOf = (spec, points) => {
    const shown = (Array.isArray(points) ? points : [points]).filter((point) => point.componentType === "series");
    if (!shown.length) return "";
    const lines = shown.map((point) => {
      const axis = spec.y[spec.series[point.seriesIndex]?.second ? 1 : 0];
      const name = point.data?.label_ ? `${point.data.label_}, ${point.seriesName}` : point.seriesName;
      return `${name}: ${figure(point.value[1], axis)}`;
    });
    return [`${spec.x.title}: ${figure(shown[0].value[0], spec.x)}`, ...lines].join("\n");
  };

  const optionOf = (spec) => {
    const series = spec.series.map(seriesOf);
    if (series.length) Object.assign(series[0], marksOf(spec));
    const isScatter = spec.series.every((item) => item.kind === "scatter");
    const sides = { filterMode: "none", xAxisIndex: 0 };
    return {
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: token("ink") },
      grid: { left: 64, right: spec.y.length > 1 ? 64 : 24, top: series.length > 1 ? 36 : 16, bottom: spec.stacked ? 8 : spec.zoom ? 88 : spec.x.kind === "category" ? 104 : 48 },
      legend: { show: series.length > 1, top: 0, left: 64, type: "scroll", textStyle: { color: token("ink") }, icon: undefined },
      // The HTML tooltip writes inline styles, which the content policy forbids.
      tooltip: {
        renderMode: "richText",
        confine: true,
        trigger: isScatter ? "item" : "axis",
        backgroundColor: token("surface"),
        borderColor: token("line-strong"),
        textStyle: { color: token("ink") },
        formatter: (points) => tooltipOf(spec, points),
      },
      xAxis: axisOf(spec.x, "x", !spec.stacked, series[0]?.data.length),
      // Two grids that do not meet confuse: the second axis has its figures only.
      yAxis: spec.y.map((axis, place) => place ? { ...axisOf(axis, "y"), splitLine: { show: false } } : axisOf(axis, "y")),
      dataZoom: spec.zoom ? [
        { type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, ...sides },
        // A stacked chart keeps a slider out of sight: charts of a group follow each other by its place.
        { type: "slider", show: !spec.stacked, height: 22, bottom: 8, showDataShadow: false, borderColor: token("line-strong"), textStyle: { color: token("ink-2") }, handleStyle: { color: token("surface"), borderColor: token("accent") }, ...sides },
      ] : [],
      series,
    };
  };

  // The server sends the visible part anew, with as many points as the width can show.
  const follow = (chart, spec) => {
    let asked = 0;
    let timer = 0;
    const load = async () => {
      const zoom = chart.getOption().dataZoom[0];
      const low = zoom.startValue ?? spec.x.low;
      const high = zoom.endValue ?? spec.x.high;
      const here = asked += 1;
      const address = new URL(spec.zoomUrl, location.href);
      address.searchParams.set("from", low);
      address.searchParams.set("to", high);
      const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
      if (!answer?.ok || here !== asked) return;
      const part = await answer.json();
      spec.series = part.series;
      chart.setOption({ series: part.series.map((series, place) => ({ id: `series-${place}`, data: series.points.map(pointOf) })) });
    };
    chart.on("datazoom", () => { clearTimeout(timer); timer = setTimeout(load, 200); });
  };

  const drawn = [];
  const draw = (frame) => {
    const spec = JSON.parse(document.getElementById(frame.dataset.chart).textContent);
    const canvas = frame.querySelector("[data-chart-canvas]");
    canvas.hidden = false;
    const chart = echarts.init(canvas, null, { renderer: "svg" });
    chart.setOption(optionOf(spec));
    if (spec.group) { chart.group = spec.group; echarts.connect(spec.group); }
    if (spec.zoomUrl) follow(chart, spec);
    chart.on("click", (event) => { if (event.data?.url) location.assign(event.data.url); });
    const reset = frame.querySelector("[data-chart-reset]");
    if (reset) {
      reset.hidden = false;
      reset.addEventListener("click", () => chart.dispatchAction({ type: "dataZoom", start: 0, end: 100 }));
    }
    new ResizeObserver(() => chart.resize()).observe(canvas);
    frame.dataset.drawn = "";
    drawn.push(() => chart.setOption(optionOf(spec), { replaceMerge: ["series"] }));
  };

  const drawAll = (root) => root.querySelectorAll("[data-chart]:not([data-drawn])").forEach(draw);
  const recolor = () => drawn.forEach((again) => again());
  drawAll(document);
  document.addEventListener("htmx:load", (event) => drawAll(event.target.parentElement || document));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolor);
  new MutationObserver(recolor).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
