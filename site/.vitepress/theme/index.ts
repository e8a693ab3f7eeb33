import DefaultTheme from 'vitepress/theme';
import { keepApplication } from './application.ts';
import './style.css';

export default { extends: DefaultTheme, enhanceApp: keepApplication };
